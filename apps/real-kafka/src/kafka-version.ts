import { PartitaError } from '@partita/protocol'

/** The Kafka that is started where a test does not ask for another. */
export const defaultKafkaVersion = '4.3.1'

/**
 * The version, which becomes part of a path and of a POM.
 *
 * @throws PartitaError `INVALID_OPTION` where it is not three numbers
 */
export function kafkaVersion(version: string): string {
  if (/^\d+\.\d+\.\d+$/.test(version)) return version
  throw new PartitaError('INVALID_OPTION', `version must be like "4.3.1"; got ${JSON.stringify(version)}.`, {
    api: 'version',
  })
}

/** Whether its nodes cannot lead themselves: KRaft is ready for use from 3.3 on. */
export function needsZooKeeper(version: string): boolean {
  const [major, minor] = version.split('.').map(Number)
  return major! < 3 || (major === 3 && minor! < 3)
}
