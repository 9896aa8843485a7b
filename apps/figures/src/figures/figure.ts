import type { Stage } from '../stage.ts'

/** A scene: what it shows, and a function that plays it on a stage and gives the picture of what happened. */
export interface Figure {
  readonly title: string
  play(stage: Stage): Promise<Scene>
}

export interface Scene {
  readonly lines: readonly string[]
  /** What the figure claims, and whether it came true in this run. */
  readonly claims: readonly Claim[]
}

export interface Claim {
  readonly text: string
  readonly holds: boolean
}
