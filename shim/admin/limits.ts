/** No longer may a policy be disabled at once; the help text prints it, so nothing is imported here. */
export const MAX_DISABLE_MS = 24 * 3_600_000
