/** What the switch calls the signals: for the screen, and for the frame that stands before it. */
export const titles = { requests: 'Requests', logs: 'CloudWatch Logs' } as const
