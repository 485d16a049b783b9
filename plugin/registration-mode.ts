/** `combined`: policies share webhook entries where that means the same. `per-policy`: each has an entry of its own. */
export type Registration = 'combined' | 'per-policy'

export const REGISTRATIONS: readonly Registration[] = ['combined', 'per-policy']
