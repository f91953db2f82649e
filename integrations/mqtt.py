"""Heartbeats by MQTT: terminals publish to fieldloop/terminals/<serial>/telemetry with QoS 1, one JSON object or a list.

The serial number is that of the topic, so that the broker's access rules say who may speak for which terminal.
Messages are taken in by batches and acknowledged only after the batch is committed. The session is kept by the broker:
what was not acknowledged when the consumer died comes again, and what was committed already changes nothing.
"""

import logging
import ssl
from collections.abc import Callable
from datetime import datetime
from time import monotonic, sleep
from urllib.parse import unquote, urlsplit

from django.utils import timezone
from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import TypeAdapter, ValidationError

from assets.telemetry import Taken
from integrations.heartbeats import Broken, Heartbeat, Said, sentences, take_heartbeats

log = logging.getLogger(__name__)

TOPIC = "fieldloop/terminals/+/telemetry"
CLIENT_ID = "fieldloop-telemetry"  # the broker keeps the session under it
BATCH = 1000  # messages
WAIT_S = 1.0  # for more of them
RECONNECT_S = 2.0

Message = TypeAdapter(list[Said] | Said)


def read_message(topic: str, payload: bytes | bytearray) -> list[Heartbeat | Broken]:
    serial = topic.split("/")[2]
    try:
        said = Message.validate_json(payload)
        several = said if isinstance(said, list) else [said]
        return [Heartbeat(serial=serial, **vars(each)) for each in several]
    except ValidationError as wrong:
        return [Broken(f"{serial[:40]!r}: {sentences(wrong.errors(include_url=False)[:3])}")]


class Consumer:
    """Takes in what comes until `stop` is called. A database that fails ends it: whoever keeps it alive starts anew."""

    def __init__(self, url: str, *, now: Callable[[], datetime] = timezone.now) -> None:
        self.now = now
        self.waiting: list[MQTTMessage] = []
        self.since = 0.0
        self.is_stopping = False
        self.address = urlsplit(url)
        self.client = Client(CallbackAPIVersion.VERSION2, CLIENT_ID, clean_session=False, manual_ack=True)
        if self.address.username:
            self.client.username_pw_set(unquote(self.address.username), unquote(self.address.password or ""))
        if self.address.scheme == "mqtts":
            self.client.tls_set_context(ssl.create_default_context())
        self.client.on_connect = self.subscribe
        self.client.on_message = self.keep

    def subscribe(
        self, client: Client, userdata: None, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            log.error("The MQTT broker refuses: %s", reason)
            return
        client.subscribe(TOPIC, qos=1)
        log.info("Taking in telemetry from %s.", self.address.hostname)

    def keep(self, client: Client, userdata: None, message: MQTTMessage) -> None:
        self.since = self.since if self.waiting else monotonic()
        self.waiting.append(message)
        if len(self.waiting) >= BATCH:
            self.take()

    def take(self) -> Taken:
        """Commits what waits, then acknowledges it."""
        batch, self.waiting = self.waiting, []
        taken = take_heartbeats([each for one in batch for each in read_message(one.topic, one.payload)], at=self.now())
        for message in batch:
            self.client.ack(message.mid, message.qos)
        log.info("Telemetry: %s new, %s repeated, %s refused.", taken.kept, taken.repeated, len(taken.refused))
        for why in list(taken.refused.values())[:3]:
            log.warning("Refused: %s", why)
        return taken

    def run(self) -> None:
        self.connect()
        while not self.is_stopping:
            if self.client.loop(timeout=WAIT_S / 4) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                self.waiting.clear()  # the broker sends them again
                self.connect()
            elif self.waiting and monotonic() - self.since >= WAIT_S:
                self.take()
        if self.waiting:
            self.take()
        self.client.disconnect()

    def connect(self) -> None:
        port = self.address.port or (8883 if self.address.scheme == "mqtts" else 1883)
        while not self.is_stopping:
            try:
                self.client.connect(self.address.hostname, port, keepalive=30)
                return
            except OSError as error:
                log.warning("The MQTT broker does not answer: %s", error)
                sleep(RECONNECT_S)

    def stop(self) -> None:
        self.is_stopping = True
