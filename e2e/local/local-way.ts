import type { Registration } from '../../plugin/registration-mode.ts'

/** What an operator does on a cluster of local processes, in one mode. */
export interface LocalWay {
  readonly adminSocket: string
  readonly certificates: string
  install(registration: Registration): Promise<void>
  changeRegistration(registration: Registration): Promise<void>
  upgrade(): Promise<void>
  publishAuthorities(): Promise<void>
  recover(): Promise<void>
  uninstall(): Promise<void>
}
