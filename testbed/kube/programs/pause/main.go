// The first process of a process namespace. Alone it does nothing until it is asked to end, which is all that a
// pod's sandbox needs. Given a command it runs that, hands signals on to it, and ends with it: the kernel then
// ends everything else in the namespace. In both cases it buries the processes whose parents have gone.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

func main() {
	runtime.GOMAXPROCS(1)
	signals := make(chan os.Signal, 64)
	signal.Notify(signals, syscall.SIGCHLD, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)

	child := 0
	if len(os.Args) > 1 {
		child = start(os.Args[1:])
	}
	for received := range signals {
		if received == syscall.SIGCHLD {
			bury(child)
			continue
		}
		if child == 0 {
			os.Exit(0)
		}
		_ = syscall.Kill(child, received.(syscall.Signal))
	}
}

// start runs command[0], an absolute path.
func start(command []string) int {
	attributes := &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}}
	pid, err := syscall.ForkExec(command[0], command, attributes)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", command[0], err)
		os.Exit(127)
	}
	return pid
}

// bury takes the exit status of everything that has ended, and ends with child when it is among them.
func bury(child int) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if pid != child {
			continue
		}
		if status.Signaled() {
			os.Exit(128 + int(status.Signal()))
		}
		os.Exit(status.ExitStatus())
	}
}
