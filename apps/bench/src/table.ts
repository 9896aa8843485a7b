/** Prints a Markdown table: the first column to the left, figures to the right. */
export function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((name, column) => Math.max(3, name.length, ...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    )
    return `| ${padded.join(' | ')} |`
  }
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  console.log(`\n**${title}**\n`)
  console.log(line(head))
  console.log(`| ${rule.join(' | ')} |`)
  for (const row of rows) console.log(line(row))
}

export function rate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString('en')}/s`
}

export function times(ratio: number): string {
  if (Number.isNaN(ratio)) return '–'
  return `${ratio < 0.1 ? ratio.toFixed(3) : ratio.toFixed(2)} ×`
}
