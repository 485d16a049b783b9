/** What a scenario may need of the place where it runs. */
export const CAPABILITIES = ['runs-workloads', 'reboots-nodes', 'registers-webhooks', 'has-shim', 'falls-back'] as const
export type Capability = (typeof CAPABILITIES)[number]

/** For each capability that is missing, why: steps that need it are listed with the reason. */
export type Lacks = Readonly<Partial<Record<Capability, string>>>
