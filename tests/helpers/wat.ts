import wabt from 'wabt'

const { parseWat } = await wabt()

const FEATURES = {
  bulk_memory: true,
  exceptions: true,
  memory64: true,
  reference_types: true,
  simd: true,
  tail_call: true,
  threads: true,
}

/** Compiles WebAssembly text; `name` appears in messages about mistakes in it. */
export function compileWat(name: string, text: string): Uint8Array<ArrayBuffer> {
  const module = parseWat(name, text, FEATURES)
  try {
    return new Uint8Array(module.toBinary({}).buffer)
  } finally {
    module.destroy()
  }
}

/** Writes any text as a WAT string literal. */
export function watString(text: string): string {
  const hex = [...new TextEncoder().encode(text)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`)
  return `"${hex.join('')}"`
}
