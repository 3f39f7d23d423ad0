/** What to do about a refusal, by its stable name (`IngestFault`). */
const remedies: Readonly<Record<string, string>> = {
  access_key_missing: 'Set an access key at the stream.',
  access_key_malformed: 'The key was cut or changed when it was copied: copy it again in whole.',
  access_key_unknown: 'The key is of another server, or its keys file was replaced.',
  access_key_expired: 'Make a new key in Setup and set it at the stream.',
  access_key_revoked: 'The stream still has a key that was revoked: give it another, or delete the stream.',
  scope_missing: 'The key may not ingest: make one that may.',
  signal_not_allowed: 'The key may not send this kind of data.',
  stream_not_allowed: 'The key is for other streams: its ARN pattern does not match.',
  content_encoding_unsupported: 'Choose GZIP or no content encoding at the stream.',
  rate_exceeded: 'The key has a limit of deliveries or bytes a second; Firehose tries again.',
  body_too_large: 'Choose a smaller buffer size at the stream.',
  queue_full: 'More came than could be taken; Firehose tries again.',
  store_unavailable: 'Nothing could be stored: see disk and storage. Firehose tries again.',
  shutting_down: 'The server was stopping; Firehose tries again.',
}

export function remedyOf(fault: string): string {
  return remedies[fault] ?? ''
}
