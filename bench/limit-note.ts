/** What has to stand wherever figures are shown. */
export const LIMIT_NOTE =
  'CEL in process is the limit: it runs inside the API server, and no call out of the process, ours included, can be as quick.'
