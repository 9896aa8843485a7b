import { PartitaError } from '@partita/protocol'
import { lastLines, type ProgramResult, runProgram } from '@partita/real-kafka'
import { type ForeignClient, runChecks } from '../foreign-client.ts'

async function kcat(bootstrap: string, args: readonly string[], input?: string): Promise<ProgramResult> {
  const result = await runProgram('kcat', ['-b', bootstrap, ...args], { timeoutMs: 30_000, input })
  if (result.exitCode === 0) return result
  throw new Error(`kcat ${args.join(' ')}: exit code ${result.exitCode}; ${lastLines(result.stderr, 3)}`)
}

function expectLines(actual: string, expected: readonly string[]): void {
  const lines = actual.split('\n').filter((line) => line !== '')
  if (lines.toSorted().join('\n') === expected.toSorted().join('\n')) return
  throw new Error(`expected ${expected.length} lines like ${expected[0]}, got ${lines.length} like ${lines[0]}`)
}

const records = Array.from({ length: 500 }, (_, i) => `k${i % 7}:v${i}`)

export const kcatClient: ForeignClient = {
  name: 'kcat',
  async install() {
    try {
      await runProgram('kcat', ['-V'], { timeoutMs: 10_000 })
    } catch (cause) {
      throw new PartitaError('MISSING_PACKAGE', 'kcat is not on the PATH (Debian: apt-get install kcat).', { cause })
    }
  },
  async run(bootstrap) {
    const run = (args: readonly string[], input?: string) => kcat(bootstrap, args, input)
    const topic = (name: string): string => `kcat-${process.pid}-${name}`
    const read = async (name: string, ...more: string[]): Promise<string> =>
      (await run(['-C', '-t', name, '-e', '-q', '-f', '%k:%s\\n', ...more])).stdout
    const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'].map((codec) => [
      `records, ${codec}`,
      async () => {
        await run(['-P', '-t', topic(codec), '-K:', '-z', codec], `${records.join('\n')}\n`)
        expectLines(await read(topic(codec)), records)
      },
    ])
    const checks = await runChecks({
      ...(Object.fromEntries(codecs) as Record<string, () => Promise<void>>),
      async 'idempotent producer'() {
        await run(['-P', '-t', topic('idem'), '-K:', '-X', 'enable.idempotence=true'], `${records.join('\n')}\n`)
        expectLines(await read(topic('idem')), records)
      },
      async transaction() {
        const name = topic('tx')
        await run(['-P', '-t', name, '-K:', '-X', `transactional.id=${name}`], 'a:1\nb:2\n')
        expectLines(await read(name, '-X', 'isolation.level=read_committed'), ['a:1', 'b:2'])
      },
      async 'headers and timestamps'() {
        const name = topic('headers')
        await run(['-P', '-t', name, '-H', 'a=1', '-H', 'b=2'], 'x\n')
        const { stdout } = await run(['-C', '-t', name, '-e', '-q', '-J'])
        const message = JSON.parse(stdout) as { headers: string[]; ts: number; payload: string }
        if (message.headers.join() !== 'a,1,b,2' || message.payload !== 'x') throw new Error(stdout)
        if (Math.abs(Date.now() - message.ts) > 60_000) throw new Error(`timestamp ${message.ts}`)
      },
      async 'group, and again from what it committed'() {
        const name = topic('grouped')
        const consume = ['-G', `${name}-group`, '-X', 'auto.offset.reset=earliest', '-e', '-q', '-f', '%s\\n', name]
        await run(['-P', '-t', name], 'one\ntwo\n')
        expectLines((await run(consume)).stdout, ['one', 'two'])
        await run(['-P', '-t', name], 'three\n')
        expectLines((await run(consume)).stdout, ['three'])
      },
      async 'metadata and offsets'() {
        const name = topic('offsets')
        const before = Date.now()
        await run(['-P', '-t', name], 'one\ntwo\nthree\n')
        const listed = (await run(['-L', '-J'])).stdout
        if (!listed.includes(name)) throw new Error(`the list of topics is ${listed.slice(0, 200)}`)
        const ask = async (time: number): Promise<string> =>
          (await run(['-Q', '-t', `${name}:0:${time}`])).stdout.trim().split(' ').at(-1)!
        const offsets = [await ask(-2), await ask(-1), await ask(before)].join()
        if (offsets !== '0,3,0') throw new Error(`offsets ${offsets}`)
      },
    })
    const said = (await runProgram('kcat', ['-V'], { timeoutMs: 10_000 })).stdout
    const version = /Version (\S+).*librdkafka (\S+)/.exec(said)
    return { version: `kcat ${version?.[1]}, librdkafka ${version?.[2]}`, checks }
  },
}
