import { messageOf } from '../util/errors.ts'

/** Reads each; one that cannot be read says why, and keeps no other from being read. */
export async function describeAll(
  readers: Readonly<Record<string, () => Promise<string>>>,
): Promise<Readonly<Record<string, string>>> {
  const read = Object.entries(readers).map(async ([name, reader]) => {
    const text = await reader().catch((error) => `this could not be read: ${messageOf(error)}\n`)
    return [name, text] as const
  })
  return Object.fromEntries(await Promise.all(read))
}
