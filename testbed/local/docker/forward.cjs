// Forwards one port of the container's own address to the same port on loopback. Plain CommonJS: it runs
// on whatever Node Debian brings, before ours is there.
const { connect, createServer } = require('node:net');

const [address, port] = [process.argv[2], Number(process.argv[3])];
createServer((incoming) => {
  const outgoing = connect({ host: '127.0.0.1', port });
  for (const socket of [incoming, outgoing]) {
    socket.on('error', () => {
      incoming.destroy();
      outgoing.destroy();
    });
  }
  incoming.pipe(outgoing).pipe(incoming);
}).listen(port, address);
