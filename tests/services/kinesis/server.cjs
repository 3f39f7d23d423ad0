// A Kinesis service on loopback: node server.cjs PORT FOLDER. Its own command would listen on all interfaces.
// Ends with its standard input, so that none is left behind when a test dies.
const kinesalite = require('kinesalite')

const [port, path] = process.argv.slice(2)
const server = kinesalite({ createStreamMs: 20, deleteStreamMs: 20, updateStreamMs: 20, shardLimit: 100, path })
server.listen(Number(port), '127.0.0.1', () => console.log(`listening ${server.address().port}`))
process.stdin.on('end', () => process.exit(0)).resume()
