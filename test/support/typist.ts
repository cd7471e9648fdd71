import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { ENTENTE_PROTOCOL, messageType } from "../../domain/collaboration/protocol.ts";
import type { Person } from "./person.ts";

/** A person who types markers into an agreement, and remembers which were acknowledged as saved. */
export class Typist {
  readonly doc = new Y.Doc();
  /** Markers the server said are on disk. */
  readonly saved: string[] = [];
  private readonly provider: WebsocketProvider;
  private readonly sent = new Map<number, string[]>();
  private unasked: string[] = [];
  private asked = 0;

  private constructor(url: string, ticket: { path: string; ticket: string }) {
    const base = `${url.replace(/^http/, "ws")}${ticket.path}`;
    const cut = base.lastIndexOf("/");
    this.provider = new WebsocketProvider(base.slice(0, cut), base.slice(cut + 1), this.doc, {
      params: { ticket: ticket.ticket },
      WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
      protocols: [ENTENTE_PROTOCOL],
      disableBc: true,
      shouldReconnect: () => false,
    });
    this.provider.messageHandlers[messageType.acknowledge] = (_encoder, decoder) => {
      this.acknowledged(decoding.readVarUint(decoder));
    };
  }

  /** Opens the agreement and waits for its text. */
  static async open(person: Person, agreementId: string): Promise<Typist> {
    const reply = await person.post(`/agreements/${agreementId}/collaboration-ticket`, {});
    const typist = new Typist(person.url, reply.ok<{ path: string; ticket: string }>());
    if (!typist.provider.synced) {
      await new Promise<void>((resolve) => typist.provider.once("sync", () => resolve()));
    }
    return typist;
  }

  get text(): string {
    return this.doc.getXmlFragment("text").toJSON();
  }

  /** Adds a paragraph with the marker and asks to be told when it is on disk. */
  type(marker: string): void {
    const paragraph = new Y.XmlElement("paragraph");
    paragraph.insert(0, [new Y.XmlText(marker)]);
    const fragment = this.doc.getXmlFragment("text");
    fragment.insert(fragment.length, [paragraph]);
    this.unasked.push(marker);
    this.ask();
  }

  leave(): void {
    this.provider.destroy();
  }

  private ask(): void {
    const socket = this.provider.ws;
    if (socket?.readyState !== WebSocket.OPEN) return;
    this.asked += 1;
    this.sent.set(this.asked, this.unasked);
    this.unasked = [];
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageType.acknowledge);
    encoding.writeVarUint(encoder, this.asked);
    socket.send(encoding.toUint8Array(encoder));
  }

  private acknowledged(seq: number): void {
    for (const [number, markers] of this.sent) {
      if (number > seq) continue;
      this.saved.push(...markers);
      this.sent.delete(number);
    }
  }
}
