import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { javaVersion } from '../src/java.ts'
import { kafkaJars } from '../src/kafka-jars.ts'
import { mavenJars } from '../src/maven-jars.ts'

let folder: string
let home: string

/** A stand-in for a program: a shell script in a folder that is the whole of the PATH but for the shell's own tools. */
async function program(name: string, script: string): Promise<void> {
  const file = join(folder, 'bin', name)
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'partita-jars-'))
  home = join(folder, 'home')
  await mkdir(join(folder, 'bin', 'bin'), { recursive: true })
  vi.stubEnv('PATH', join(folder, 'bin'))
  // Java's check is remembered by its path, which is another one in each test.
  vi.stubEnv('JAVA_HOME', join(folder, 'bin'))
  vi.stubEnv('PARTITA_KAFKA_HOME', home)
  await program('bin/java', 'echo \'openjdk version "21.0.1" 2023-10-17\' >&2')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const maven = `
for argument; do case $argument in -DoutputDirectory=*) jars=\${argument#-DoutputDirectory=};; esac; done
/bin/mkdir "$jars"; echo fetched >> "${'$'}{0%/*}/count"; echo jar > "$jars/kafka.jar"`

it('fetches the jars once', async () => {
  await program('mvn', maven)
  const jars = await kafkaJars('4.3.1')
  expect(jars).toBe(join(home, 'kafka-4.3.1'))
  expect(await kafkaJars('4.3.1')).toBe(jars)
  expect(await readdir(jars)).toEqual(['kafka.jar'])
  expect(await readFile(join(folder, 'bin', 'count'), 'utf8')).toBe('fetched\n')
})

it('leaves one whole folder and nothing else when several fetch at once', async () => {
  await program('mvn', maven)
  const folders = await Promise.all([kafkaJars('3.9.1'), kafkaJars('3.9.1'), kafkaJars('3.9.1')])
  expect(new Set(folders)).toEqual(new Set([join(home, 'kafka-3.9.1')]))
  expect(await readdir(home)).toEqual(['kafka-3.9.1'])
  expect(await readdir(folders[0]!)).toEqual(['kafka.jar'])
})

it('keeps nothing of a fetch that failed, and says what Maven said', async () => {
  await program('mvn', `${maven}\necho no route to Maven Central; exit 1`)
  await expect(kafkaJars('4.3.1')).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    message: expect.stringMatching(/KAFKA_BROKERS.*no route to Maven Central/s) as unknown,
  })
  expect(await readdir(home)).toEqual([])
})

it('asks Maven for any library, without what it would bring along and must not', async () => {
  await program('mvn', `${maven}\n/bin/cp "$4" "$jars/pom.xml"`)
  const artifact = { group: 'org.example', artifact: 'core', version: '1.2', without: ['org.slf4j:slf4j-reload4j'] }
  const jars = await mavenJars('example-1.2', [artifact], 'or do without')
  expect(jars).toBe(join(home, 'example-1.2'))
  const pom = await readFile(join(jars, 'pom.xml'), 'utf8')
  expect(pom).toContain('<groupId>org.example</groupId><artifactId>core</artifactId><version>1.2</version>')
  expect(pom).toContain('<exclusion><groupId>org.slf4j</groupId><artifactId>slf4j-reload4j</artifactId></exclusion>')
})

it('says that Maven is missing and what to do instead', async () => {
  await expect(kafkaJars('4.3.1')).rejects.toMatchObject({
    code: 'MISSING_PACKAGE',
    message: expect.stringMatching(/Install it \(Debian: maven\), or set KAFKA_BROKERS/) as unknown,
  })
})

it('says that Java is missing and what to do instead', async () => {
  vi.stubEnv('JAVA_HOME', join(folder, 'nothing'))
  await expect(kafkaJars('4.3.1')).rejects.toMatchObject({
    code: 'MISSING_PACKAGE',
    message: expect.stringMatching(/needs Java.*is not there\. Install a JRE 17.*KAFKA_BROKERS/) as unknown,
  })
})

it('says that Java is too old', async () => {
  await program('bin/java', 'echo \'openjdk version "11.0.2" 2019-01-15\' >&2')
  await expect(kafkaJars('4.3.1')).rejects.toMatchObject({
    code: 'MISSING_PACKAGE',
    message: expect.stringMatching(/17 or later.*is Java 11/) as unknown,
  })
})

it.each(['4.3', '../4.3.1', '4.3.1</version>', ''])('refuses %j as a version', async (version) => {
  await expect(kafkaJars(version)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
})

it.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_412"', 8],
  ['openjdk version "25-ea" 2025-09-16', 25],
  ['nothing of the kind', undefined],
])('reads the version in %j', (printed, version) => {
  expect(javaVersion(printed)).toBe(version)
})
