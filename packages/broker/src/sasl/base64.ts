/** The characters of base64 that URLs and tokens write otherwise. */
const standard: Readonly<Record<string, string>> = { '-': '+', _: '/' }

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

/** Bytes from base64, in either of its alphabets; `undefined` where it is not that. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.replace(/[-_]/g, (letter) => standard[letter]!)), (letter) =>
      letter.codePointAt(0)!,
    )
  } catch {
    return undefined
  }
}
