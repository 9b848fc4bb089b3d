"""What encodes cost: a house's own prices, for each transcoder."""

from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from vod_assets.domain.encoders import Codec

Price = Decimal
SD, HD = (720, 576), (1920, 1080)
CENT_PLACES = Decimal("0.000001")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class CpuPrices(_Table):
    """FFmpeg's: what an hour of one core costs."""

    cpu_hour: Price = Field(ge=0)


class TierPrices(_Table):
    """What a normalised minute costs in each tier of MediaConvert."""

    basic: Price = Field(ge=0)
    professional: Price = Field(ge=0)


class MinutePrices(_Table):
    """MediaConvert's on-demand prices: minutes of each output, times what makes it dearer.

    Attributes:
        least_seconds: A shorter output is billed as one of so many.
        size: By the picture: ``sd`` up to 720 x 576, ``hd`` up to 1920 x 1080, ``uhd`` above.
        frame_rate: By the highest rate of a band, in frames a second.
    """

    normalised_minute: TierPrices
    least_seconds: int = Field(default=10, ge=0)
    codec: dict[Codec, Decimal]
    size: dict[Literal["sd", "hd", "uhd"], Decimal]
    frame_rate: dict[int, Decimal] = Field(min_length=1)


class OutputPrices(_Table):
    """Of a licence that is paid by what comes out: an hour of one rendition."""

    output_hour: Price = Field(ge=0)


class Prices(_Table):
    """All of them; a transcoder without prices is not quoted."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    ffmpeg: CpuPrices | None = None
    mediaconvert: MinutePrices | None = None
    elemental: OutputPrices | None = None
    vantage: OutputPrices | None = None

    def of_cpu(self, seconds: float) -> Decimal | None:
        """Return what CPU seconds of FFmpeg cost; None: nobody says."""
        if self.ffmpeg is None:
            return None
        return (self.ffmpeg.cpu_hour * Decimal(str(seconds)) / 3600).quantize(CENT_PLACES)

    def of_output(self, transcoder: str, output: "Output") -> Decimal | None:
        """Return what a rendition costs at a service; None: nobody says."""
        table: Any = getattr(self, transcoder, None)
        if isinstance(table, MinutePrices):
            tier = table.normalised_minute
            minute = tier.basic if output.is_basic else tier.professional
            return (minute * _exact(normalised_minutes(table, output))).quantize(CENT_PLACES)
        if isinstance(table, OutputPrices):
            return (table.output_hour * _exact(output.seconds / 3600)).quantize(CENT_PLACES)
        return None


class Output(_Table):
    """What a rendition is priced by."""

    codec: Codec
    width: int
    height: int
    frame_rate: Fraction
    bit_depth: int = 8
    dynamic_range: str = "sdr"
    seconds: Fraction

    @property
    def is_basic(self) -> bool:
        """Whether MediaConvert's basic tier makes it: H.264 in 8 bits, and no HDR."""
        return self.codec == "h264" and self.bit_depth == 8 and self.dynamic_range == "sdr"


def cost_of_cpu(prices: Prices | None, seconds: float) -> dict[str, str | float]:
    """Return what Dagster records of what an encode of FFmpeg cost; nothing where nobody knows."""
    amount = prices.of_cpu(seconds) if prices and seconds else None
    return {} if prices is None or amount is None else {"cost": float(amount), "currency": prices.currency}


def normalised_minutes(table: MinutePrices, output: Output) -> Fraction:
    """Return the minutes that MediaConvert bills for an output: by whole seconds, at least ten.

    >>> basic = TierPrices(basic=1, professional=2)
    >>> table = MinutePrices(normalised_minute=basic, codec={"h264": 1}, size={"hd": 2}, frame_rate={30: 1, 60: 2})
    >>> hd = Output(codec="h264", width=1920, height=1080, frame_rate=Fraction(50), seconds=Fraction(45))
    >>> normalised_minutes(table, hd)
    Fraction(3, 1)

    Raises:
        KeyError: The table has no such codec, size or rate.
    """
    seconds = max(table.least_seconds, -(-output.seconds // 1))
    rates = [rate for rate in sorted(table.frame_rate) if output.frame_rate <= rate]
    if not rates:
        raise KeyError(f"{float(output.frame_rate):g} frames a second")
    factors = (table.codec[output.codec], table.size[_size(output)], table.frame_rate[rates[0]])
    found = Fraction(seconds) / 60
    for factor in factors:
        found *= Fraction(factor)
    return found


def _size(output: Output) -> Literal["sd", "hd", "uhd"]:
    long, short = max(output.width, output.height), min(output.width, output.height)
    if long <= SD[0] and short <= SD[1]:
        return "sd"
    return "hd" if long <= HD[0] and short <= HD[1] else "uhd"


def _exact(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
