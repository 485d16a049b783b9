/** An XML element; children that are elements already, or one text. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: string | readonly string[],
): string {
  const head = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`)
  const body = typeof content === 'string' ? escapeText(content) : content.map((child) => `\n${child}`).join('')
  if (body === '') return `<${name}${head.join('')}/>`
  return `<${name}${head.join('')}>${body}${typeof content === 'string' ? '' : '\n'}</${name}>`
}

// White space in an attribute would be read as spaces.
function escapeAttribute(text: string): string {
  return escapeText(text).replace(/["\t\n]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function escapeText(text: string): string {
  return toXmlCharacters(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

// What no XML document can hold, not even as a reference, is shown as it would be in JSON.
// https://www.w3.org/TR/xml/#charsets
function toXmlCharacters(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
