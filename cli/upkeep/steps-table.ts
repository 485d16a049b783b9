import type { Step } from '../../upkeep/uninstall/step.ts'
import { renderTable } from '../render/table.ts'

const DONE = { remove: 'removed', clean: 'cleaned', leave: 'left' } as const
const PLANNED = { remove: 'would remove', clean: 'would clean', leave: 'would leave' } as const

/** What was done, or would be. */
export function renderSteps(steps: readonly Step[], isDryRun: boolean): string {
  if (steps.length === 0) return 'nothing of ours is there\n'
  const words = isDryRun ? PLANNED : DONE
  return renderTable(steps.map(({ what, action, why }) => [words[action], what, why]))
}
