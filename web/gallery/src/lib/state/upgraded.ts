/** What was asked for by a page that is older than the server's files: its own name is no longer in the page. */
async function isUpgraded(entry: string): Promise<boolean> {
  try {
    const answer = await fetch('/', { cache: 'no-cache' });
    return answer.ok && !(await answer.text()).includes(new URL(entry).pathname);
  } catch {
    // The server is away: reloading would lose the page that waits for it.
    return false;
  }
}

/**
 * Parts of the page are loaded when they are first shown. After an upgrade those of the page that is open are gone;
 * then it is loaded anew, once: the new page names itself. `entry`: the address of the script that was loaded first.
 */
export function reloadWhenUpgraded(entry: string): void {
  window.addEventListener('vite:preloadError', () => {
    void isUpgraded(entry).then((upgraded) => {
      if (upgraded && sessionStorage.getItem('vvault-reloaded') !== entry) {
        sessionStorage.setItem('vvault-reloaded', entry);
        location.reload();
      }
    });
  });
}
