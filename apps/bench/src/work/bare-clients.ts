import { once } from 'node:events'
import { connect } from 'node:net'
import type { BareCrowd } from '../crowd.ts'

// As many bytes as a Fetch that has nothing new to say, again and again.
const { port, connections } = JSON.parse(process.argv[2]!) as BareCrowd
const request = Buffer.alloc(70)
for (let i = 0; i < connections; i++) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.on('data', () => socket.write(request))
  socket.write(request)
}
process.send!('connected')
