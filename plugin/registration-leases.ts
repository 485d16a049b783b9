/** Where all Leases lie of those who register the policies together; the namespace is there on every cluster. */
export const LEASES_NAMESPACE = 'kube-system'
/** The Lease of whoever writes the webhook configurations. */
export const ELECTION_LEASE = 'gatehouse-registration'
