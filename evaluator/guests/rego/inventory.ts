import { GuestFailure, type GuestHost } from '../guest.ts'

/**
 * Refuses a policy that is to see objects of the cluster: they would be part of its data, and without them it would
 * judge as if there were none.
 */
export function requireNoInventory({ contextAwareResources = [] }: GuestHost): void {
  if (contextAwareResources.length > 0) throw new GuestFailure('kube::Client was not initialized properly')
}
