/** Foreign text as part of a line: a line break in it, which a guest or a request chose, must not forge a line of its own. */
export function toOneLine(text: string): string {
  return escapeControls(JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"'))
}

/** Escapes what JSON leaves as it is, though terminals obey it and some readers of lines take it for a line's end. */
export function escapeControls(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
