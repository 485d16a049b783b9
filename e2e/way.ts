import type { Registration } from '../plugin/registration-mode.ts'
import type { FallbackDrill } from './fallback-drill.ts'

/** What an operator does in one mode. */
export interface Way {
  readonly adminSocket: string
  readonly certificates: string
  /** Where what answers may have a fallback. */
  readonly drill?: FallbackDrill
  install(registration: Registration): Promise<void>
  changeRegistration(registration: Registration): Promise<void>
  upgrade(): Promise<void>
  publishAuthorities(): Promise<void>
  recover(): Promise<void>
  uninstall(): Promise<void>
}
