/** What an answer says that is none: RFC 9457 problem details, or a server that cannot be reached. */
export class Problem extends Error {
  constructor(
    /** HTTP status; 0 where no answer came at all. */
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** What to do about it, in the daemon's words. */
    readonly hint: string,
    /** Where in the query the mistake is, in characters from 0. */
    readonly position: number | null,
    /** Seconds after which asking again may help. */
    readonly retryAfter: number | null,
  ) {
    super(detail || title);
    this.name = 'Problem';
  }

  /** No session: the page has to be opened by a link of `vvault web`. */
  get locked(): boolean {
    return this.status === 401;
  }

  /** Neither the web server nor the daemon behind it can be asked now. */
  get away(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503;
  }

  get missing(): boolean {
    return this.status === 404;
  }

  /** Somebody else changed the picture since it was read. */
  get stale(): boolean {
    return this.status === 412;
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The problem that a refused answer tells, whatever its body is. */
export async function problemOf(response: Response): Promise<Problem> {
  let body: Record<string, unknown> = {};
  if (response.headers.get('content-type')?.includes('json')) {
    // A body that was cut off says nothing; the status still does.
    body = await response.json().catch(() => ({}));
  }
  const retry = Number(response.headers.get('retry-after'));
  return new Problem(
    response.status,
    text(body.title) || response.statusText,
    text(body.detail),
    text(body.hint),
    typeof body.position === 'number' ? body.position : null,
    retry > 0 ? retry : null,
  );
}

/** The problem of a request that got no answer. */
export function unreachable(cause: unknown): Problem {
  const problem = new Problem(0, 'unreachable', '', '', null, null);
  problem.cause = cause;
  return problem;
}
