import { arch, cpus } from 'node:os'

/** Where figures come from. */
export interface Machine {
  readonly cpus: number
  readonly model: string
  readonly architecture: string
  readonly node: string
}

export function describeMachine(): Machine {
  const [cpu] = cpus()
  return { cpus: cpus().length, model: cpu?.model ?? 'unknown', architecture: arch(), node: process.version }
}

/** In the words of a report. */
export function nameMachine({ cpus: count, model, node }: Machine): string {
  return `${count} × ${model}, Node ${node}`
}
