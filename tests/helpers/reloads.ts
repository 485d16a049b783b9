import { renameSync, writeFileSync } from 'node:fs'
import type { TestShim } from './shim.ts'

export interface Readiness {
  readonly policies: number
  readonly failed: Readonly<Record<string, string>>
  readonly outdated: Readonly<Record<string, string>>
  readonly reloadError?: string
}

/** What `/readiness` says. */
export async function readReadiness(test: Pick<TestShim, 'call'>): Promise<Readiness> {
  return JSON.parse((await test.call('GET', '/readiness')).text)
}

/** How many reloads of this result there were. */
export async function countReloads(test: Pick<TestShim, 'call'>, result: string): Promise<number> {
  const { text } = await test.call('GET', '/metrics')
  return Number(new RegExp(`^gatehouse_policies_reloads_total\\{result="${result}"\\} (\\d+)$`, 'm').exec(text)?.[1])
}

/** Changes something on the disk, and waits until the shim has noticed by itself and reloaded with this result. */
export async function reloadBy(
  test: Pick<TestShim, 'call'>,
  change: () => void,
  result: 'success' | 'partial' | 'failure' = 'success',
): Promise<void> {
  const before = await countReloads(test, result)
  change()
  while ((await countReloads(test, result)) === before);
}

/** Writes beside the file and renames, as careful writers do. */
export function replaceFile(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
}
