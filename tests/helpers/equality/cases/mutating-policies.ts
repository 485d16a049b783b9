import type { CasePolicy } from '../case.ts'

type Fields = Partial<CasePolicy>
/** A policy that changes labels and annotations only. */
export const metadata = (rules: string, does: object | object[], fields: Fields = {}): CasePolicy => ({
  rules,
  mutating: true,
  mutates: 'metadata',
  does: [does].flat(),
  ...fields,
})

/** A policy that may change everything. */
export const anything = (rules: string, does: object | object[], fields: Fields = {}): CasePolicy => ({
  rules,
  mutating: true,
  does: [does].flat(),
  ...fields,
})

export const add = (path: string, value: unknown) => ({ patch: [{ op: 'add', path, value }] })
export const has = (pointer: string) => ({ when: [{ pointer }] })
export const SIDECAR = add('/spec/containers/-', { name: 'side', image: 'example.com/side:latest' })
/** Notes what labels it was shown. */
export const SEEN = { annotations: { seen: '{/object/metadata/labels}' } }
