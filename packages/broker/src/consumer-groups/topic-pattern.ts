// Topics by regular expression. Kafka has RE2/J for it, which takes time in proportion to the name whatever the
// expression; a host's own expressions can take forever, and these come from clients. So: the common part of RE2, and
// all states of the expression at once.

/** Says whether a whole name matches. */
export type TopicPattern = (name: string) => boolean

/** `undefined`: not an expression, one too large, or one with something that is not understood here. */
export function compileTopicPattern(source: string): TopicPattern | undefined {
  if (source.length > maxLength) return undefined
  try {
    const program = new Compiler(source).compile()
    return (name) => matches(program, name)
  } catch (error) {
    if (error instanceof NotAPattern) return undefined
    throw error
  }
}

class NotAPattern extends Error {}

type Step =
  | { readonly kind: 'char'; readonly takes: (char: string) => boolean }
  | { readonly kind: 'start' | 'end' | 'match' }
  /** Goes on at each of them, counted from here. */
  | { readonly kind: 'split'; readonly to: readonly number[] }

type Program = readonly Step[]

/** Groups may be nested as deeply as there are characters. */
const maxLength = 1_000

/** Counts in braces multiply: this many steps are what an expression may come to. */
const maxSteps = 2_000

const classes: Readonly<Record<string, (char: string) => boolean>> = {
  d: (char) => /[0-9]/.test(char),
  D: (char) => /[^0-9]/.test(char),
  w: (char) => /[0-9A-Za-z_]/.test(char),
  W: (char) => /[^0-9A-Za-z_]/.test(char),
  s: (char) => /[\t\n\f\r ]/.test(char),
  S: (char) => /[^\t\n\f\r ]/.test(char),
}

/** Steps that follow each other; jumps are relative, so that pieces can be put together and repeated. */
class Compiler {
  readonly #source: string
  #at = 0

  constructor(source: string) {
    this.#source = source
  }

  compile(): Program {
    const program = this.#alternatives()
    if (this.#at < this.#source.length) throw new NotAPattern()
    return [...program, { kind: 'match' }]
  }

  #alternatives(): Step[] {
    const branch = this.#sequence()
    if (!this.#take('|')) return branch
    const rest = this.#alternatives()
    const jump: Step = { kind: 'split', to: [rest.length + 1] }
    return sized([{ kind: 'split', to: [1, branch.length + 2] }, ...branch, jump, ...rest])
  }

  #sequence(): Step[] {
    const steps: Step[] = []
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at]!)) {
      steps.push(...this.#repeated(this.#atom()))
      sized(steps)
    }
    return steps
  }

  #repeated(atom: Step[]): Step[] {
    const [least, most] = this.#counts()
    // Which of two ways is tried first makes no difference to whether a whole name matches.
    if (least !== 1 || most !== 1) this.#take('?')
    const copies = times(least, atom)
    if (most === Infinity) {
      const again: Step = { kind: 'split', to: [-atom.length, 1] }
      return sized([...copies, { kind: 'split', to: [1, atom.length + 2] }, ...atom, again])
    }
    const optional: Step[] = [{ kind: 'split', to: [1, atom.length + 1] }, ...atom]
    return sized([...copies, ...times(most - least, optional)])
  }

  #counts(): [least: number, most: number] {
    if (this.#take('*')) return [0, Infinity]
    if (this.#take('+')) return [1, Infinity]
    if (this.#take('?')) return [0, 1]
    const braces = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.#source.slice(this.#at))
    if (braces === null) return [1, 1]
    this.#at += braces[0].length
    const least = Number(braces[1])
    const most = braces[2] === undefined ? least : braces[3] === '' ? Infinity : Number(braces[3])
    if (most < least) throw new NotAPattern()
    return [least, most]
  }

  #atom(): Step[] {
    const char = this.#next()
    if (char === '^') return [{ kind: 'start' }]
    if (char === '$') return [{ kind: 'end' }]
    if (char === '.') return [taking(() => true)]
    if (char === '[') return [taking(this.#class())]
    if (char === '\\') return [taking(this.#escaped())]
    if (char === '(') return this.#group()
    if ('*+?{'.includes(char)) throw new NotAPattern()
    return [taking((other) => other === char)]
  }

  #group(): Step[] {
    if (this.#take('?') && !this.#take(':')) throw new NotAPattern()
    const steps = this.#alternatives()
    if (!this.#take(')')) throw new NotAPattern()
    return steps
  }

  #class(): (char: string) => boolean {
    const isNegated = this.#take('^')
    const parts: ((char: string) => boolean)[] = []
    do {
      const low = this.#next()
      const escaped = low === '\\' ? this.#escaped() : undefined
      const isRange = this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']'
      if (!isRange) parts.push(escaped ?? ((char) => char === low))
      else {
        this.#at += 1
        const high = this.#next()
        if (escaped !== undefined || high === '\\' || high < low) throw new NotAPattern()
        parts.push((char) => char >= low && char <= high)
      }
    } while (!this.#take(']'))
    return (char) => parts.some((takes) => takes(char)) !== isNegated
  }

  #escaped(): (char: string) => boolean {
    const char = this.#next()
    const known = classes[char]
    if (known !== undefined) return known
    if (/[0-9A-Za-z]/.test(char)) throw new NotAPattern()
    return (other) => other === char
  }

  #take(char: string): boolean {
    if (this.#source[this.#at] !== char) return false
    this.#at += 1
    return true
  }

  #next(): string {
    const char = this.#source[this.#at]
    if (char === undefined) throw new NotAPattern()
    this.#at += 1
    return char
  }
}

function taking(takes: (char: string) => boolean): Step {
  return { kind: 'char', takes }
}

function times(count: number, steps: readonly Step[]): Step[] {
  if (count * steps.length > maxSteps) throw new NotAPattern()
  return Array.from({ length: count }, () => steps).flat()
}

function sized(steps: Step[]): Step[] {
  if (steps.length > maxSteps) throw new NotAPattern()
  return steps
}

function matches(program: Program, name: string): boolean {
  let states = reached(program, [0], name, 0)
  for (let at = 0; at < name.length && states.size > 0; at++) {
    const next = [...states].filter((state) => takes(program[state]!, name[at]!)).map((state) => state + 1)
    states = reached(program, next, name, at + 1)
  }
  return states.has(program.length - 1)
}

function takes(step: Step, char: string): boolean {
  return step.kind === 'char' && step.takes(char)
}

/** All states that are reached from some without a character. */
function reached(program: Program, from: readonly number[], name: string, at: number): Set<number> {
  const states = new Set<number>()
  const waiting = [...from]
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    if (states.has(state)) continue
    states.add(state)
    const step = program[state]!
    if (step.kind === 'split') for (const jump of step.to) waiting.push(state + jump)
    if ((step.kind === 'start' && at === 0) || (step.kind === 'end' && at === name.length)) waiting.push(state + 1)
  }
  return states
}
