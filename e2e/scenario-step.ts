import type { Capability } from './capability.ts'
import type { Site } from './site.ts'

/** Shows what a step is doing now. */
export type Tell = (text: string) => void

/** One step of the scenario. It fails by throwing. */
export interface ScenarioStep {
  /** A sentence about what is shown. */
  readonly title: string
  readonly needs?: readonly Capability[]
  /** Nothing after it can be tried when it fails. */
  readonly isFoundation?: boolean
  run(site: Site, tell: Tell): Promise<void>
}
