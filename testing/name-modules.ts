import { isScalar, parseAllDocuments, visit } from 'yaml'
import { resolveModule } from '../shim/policies/module-source.ts'

/** A policies file's text in which modules have the names that are given to their URLs; what is no policies file stays as it is. */
export function nameModules(text: string, file: string, nameOf: (url: string) => string): string {
  const documents = parseAllDocuments(text)
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return text
  for (const document of documents) {
    visit(document, {
      Pair(_key, pair) {
        const name = isScalar(pair.key) ? pair.key.value : undefined
        // a policy's own configuration
        if (name === 'settings') return visit.SKIP
        if (name === 'module' && isScalar(pair.value)) pair.value.value = rename(pair.value.value, file, nameOf)
        return undefined
      },
    })
  }
  return documents.map(String).join('---\n')
}

function rename(reference: unknown, namedBy: string, nameOf: (url: string) => string): unknown {
  try {
    return typeof reference === 'string' ? nameOf(resolveModule(reference, namedBy)) : reference
  } catch {
    // whoever reads the file says what is wrong with it
    return reference
  }
}
