import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { messageOf } from '../../util/errors.ts'

const BLOCK = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED )?CERTIFICATE-----/g

/** The certificates, PEM, of a file that holds PEM or DER; or why there are none. */
export async function readAuthorityFile(path: string): Promise<readonly string[] | string> {
  try {
    const bytes = await readFile(path)
    return bytes.includes('-----BEGIN')
      ? readAuthorities(bytes.toString('utf8'))
      : [new X509Certificate(bytes).toString()]
  } catch (error) {
    return `is ${path}, of which no certificate can be read: ${messageOf(error)}`
  }
}

/** The certificates, PEM, that a text holds; or why there are none. */
export function readAuthorities(text: string): readonly string[] | string {
  const blocks = text.match(BLOCK) ?? []
  if (blocks.length === 0) return 'holds no PEM certificate'
  try {
    return blocks.map((block) => new X509Certificate(block).toString())
  } catch (error) {
    return `holds a certificate that cannot be read: ${messageOf(error)}`
  }
}
