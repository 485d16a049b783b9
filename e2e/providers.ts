/** Where a scenario's cluster can come from. */
export const PROVIDERS = ['local', 'kind', 'k3s'] as const
export type ProviderName = (typeof PROVIDERS)[number]
