module howdah.dev/testbed/kube/pause

go 1.26.0
