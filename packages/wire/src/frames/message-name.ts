import type { Api } from '../schema/index.ts'

/** Which message it was, as errors name it: `Produce v9 request`. */
export function messageName(api: Api, version: number, part: string): string {
  return `${api.name} v${version} ${part}`
}
