/** What Kubewarden answers for a policy that was interrupted; clients match on it. */
export const TIMEOUT_MESSAGE = 'Policy execution interrupted because it exceeded the allowed execution time'
