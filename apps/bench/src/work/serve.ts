import { startBroker } from '@partita/broker'

// An embedded broker in a process of its own, so that a client's CPU is the client's alone. It ends with its parent.
const broker = await startBroker()
console.log(broker.bootstrap.join(','))
process.stdin.resume()
process.stdin.once('close', () => process.exit(0))
