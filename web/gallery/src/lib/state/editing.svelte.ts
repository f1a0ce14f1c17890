/** The picture whose words are being edited; null while none is. */
class Editing {
  id = $state<string | null>(null);

  open(id: string): void {
    this.id = id;
  }

  close(): void {
    this.id = null;
  }
}

export const editing = new Editing();
