/** The topics of the broker, as far as groups look at them. */
export interface TopicsView {
  /** Another whenever a topic came, went or grew. */
  readonly version: number
  get(name: string): TopicView | undefined
  getById(id: string): TopicView | undefined
  all(): Iterable<TopicView>
}

export interface TopicView {
  readonly name: string
  readonly id: string
  readonly partitions: { readonly length: number }
}

/** Of a coordinator that has no topics to look at. */
export const noTopics: TopicsView = { version: 0, get: () => undefined, getById: () => undefined, all: () => [] }
