import { styleText } from 'node:util'

/** Colour only where a person looks: a terminal, and nobody asked for none (no-color.org). */
const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined

type Style = Parameters<typeof styleText>[0]

function paint(style: Style, text: string): string {
  return coloured ? styleText(style, text) : text
}

const palette: readonly Style[] = ['cyan', 'yellow', 'magenta', 'green', 'blue', 'red']

export const bold = (text: string): string => paint('bold', text)
export const dim = (text: string): string => paint('gray', text)
export const good = (text: string): string => paint('green', text)
export const bad = (text: string): string => paint('red', text)

/** The `index`th colour, the same one every time: one for each key or producer of a figure. */
export const tint = (index: number, text: string): string => paint(palette[index % palette.length]!, text)

/** The length of a text as a terminal shows it: without its colour codes. */
export function shownLength(text: string): number {
  // oxlint-disable-next-line no-control-regex -- an escape character is what a colour code starts with
  return text.replace(/\u001B\[\d+m/g, '').length
}

/** Fills up with spaces to a width, colours not counted. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - shownLength(text)))
}

/** A box around lines, with a title in its upper edge. */
export function box(title: string, lines: readonly string[]): string[] {
  const width = Math.max(shownLength(title) + 2, ...lines.map(shownLength))
  return [
    `┌─ ${title} ${'─'.repeat(width - shownLength(title) - 1)}┐`,
    ...lines.map((line) => `│ ${pad(line, width)} │`),
    `└${'─'.repeat(width + 2)}┘`,
  ]
}

/** Sets blocks of lines next to one another, middles level, with an arrow between them. */
export function beside(blocks: readonly (readonly string[])[], arrow: string = ' ──▶ '): string[] {
  const height = Math.max(...blocks.map((block) => block.length))
  const widths = blocks.map((block) => Math.max(...block.map(shownLength)))
  const middle = Math.floor((height - 1) / 2)
  return Array.from({ length: height }, (_, row) =>
    blocks
      .map((block, index) => {
        const line = block[row - Math.floor((height - block.length) / 2)] ?? ''
        const joint = index === 0 ? '' : row === middle ? arrow : ' '.repeat(arrow.length)
        return joint + pad(line, widths[index]!)
      })
      .join('')
      .trimEnd(),
  )
}
