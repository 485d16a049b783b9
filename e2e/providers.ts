/** Where a scenario's cluster can come from. */
export const PROVIDERS = ['local', 'kind'] as const
export type ProviderName = (typeof PROVIDERS)[number]
