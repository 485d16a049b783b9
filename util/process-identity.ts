import { readFileSync } from 'node:fs'

/** Which process a pid stands for: pids are used again, a pid with its start time and its boot is not. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks from boot to the start of the process, and the boot: `184467@<boot id>`. */
  readonly startedAt: string
}

/** The identity of a live process, or nothing when there is none of that pid (a zombie is none). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const stat = readProc(`${pid}/stat`)
  if (stat === undefined) return undefined
  // The command, field 2, stands in brackets and may hold anything; state is field 3, the start time field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, startTicks] = [fields[0], fields[19]]
  if (state === 'Z' || state === 'X') return undefined
  return { pid, startedAt: `${startTicks}@${readProc('sys/kernel/random/boot_id')?.trim()}` }
}

/** Whether that very process still runs. */
export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  return identifyProcess(pid)?.startedAt === startedAt
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return undefined // it ended while we looked
  }
}
