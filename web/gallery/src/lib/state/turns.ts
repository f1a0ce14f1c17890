/** Does one thing after the other, in the order in which they were asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Does it when all that came before has ended, well or not. */
  take<T>(does: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(does);
    // What went wrong is told to who asked for it; who comes next only waits for the end.
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
