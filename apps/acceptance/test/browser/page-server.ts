import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

const packages = ['protocol', 'partitioners', 'producer', 'consumer', 'wire', 'transport-native', 'testing', 'broker']

/** Built packages as they are, found by an import map: no bundler comes between. */
const imports = {
  ...Object.fromEntries(packages.map((name) => [`@partita/${name}`, `/packages/${name}/dist/index.js`])),
  '@partita/broker/core': '/packages/broker/dist/core.js',
}

const html = `<!doctype html><meta charset="utf-8"><title>Partita</title>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module" src="/page.js"></script>`

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const page = fileURLToPath(new URL('page.js', import.meta.url))

/** Serves the page, and waits for what it reports. */
export interface PageServer extends AsyncDisposable {
  readonly url: string
  /** The body of the page's report. */
  readonly report: Promise<string>
}

export async function servePage(): Promise<PageServer> {
  let reported: (report: string) => void = () => {}
  const report = new Promise<string>((resolve) => (reported = resolve))
  const server = createServer((request, response) => {
    const answer = request.method === 'POST' ? readAll(request).then(reported) : sendFile(request, response)
    answer.then(
      () => response.end(),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    report,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function sendFile({ url }: IncomingMessage, response: ServerResponse): Promise<void> {
  if (url === '/') {
    response.setHeader('content-type', 'text/html')
    response.write(html)
    return
  }
  const path = url === '/page.js' ? page : builtFile(url ?? '')
  const text = await readFile(path)
  response.setHeader('content-type', 'text/javascript')
  response.write(text)
}

function builtFile(url: string): string {
  if (!/^\/packages\/[a-z-]+\/dist\/[\w/-]+\.js$/.test(url)) throw new Error(`nothing is served at ${url}`)
  return root + url
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks).toString()
}
