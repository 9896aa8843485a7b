/** The longest that is shown of it. */
const maxLength = 200

/** What a broker says, as it can stand in an error: in one line, and not without end. */
export function shownText(text: string): string {
  return text.slice(0, maxLength).replace(/\p{C}/gu, '?')
}
