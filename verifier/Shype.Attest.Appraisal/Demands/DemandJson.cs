using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.Demands;

/// <summary>Demands as JSON: what a relying party sends, and what a result repeats.</summary>
public static class DemandJson
{
    /// <summary>Reads what a request demands; the problem names the member. Nothing is demanded where both members are absent.</summary>
    public static bool TryRead(AttestRequest request, [NotNullWhen(true)] out DemandSet? demands, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(request);
        return TryRead(request.Guarantees, request.Mediators, out demands, out problem);
    }

    /// <summary>Reads a list of demands and one of mediators.</summary>
    public static bool TryRead(
        JsonElement? guarantees, JsonElement? mediators, [NotNullWhen(true)] out DemandSet? demands, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        problem = null;
        try
        {
            demands = guarantees is { } list ? Bounds.Read(new JsonDemandValue("$.guarantees", list), mediators is { } labels ? new JsonDemandValue("$.mediators", labels) : null)
                : mediators is null ? DemandSet.None
                : throw new DemandFormatException("$.mediators", "mediators without guarantees mean nothing");
            return true;
        }
        catch (DemandFormatException refused)
        {
            (demands, problem) = (null, refused.Problem);
            return false;
        }
        catch (InvalidOperationException)
        {
            // The reader of JSON takes escapes that are no Unicode ("\\ud800") and refuses to make text of them.
            (demands, problem) = (null, new("$.guarantees", 0, "a text is not Unicode"));
            return false;
        }
    }

    /// <summary>A request with demands.</summary>
    public static AttestRequest Write(AttestRequest request, DemandSet demands)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(demands);
        return demands.IsEmpty ? request : request with
        {
            Guarantees = Element(writer => List(writer, demands.Demands, Write)),
            Mediators = demands.Mediators.IsEmpty ? null : Element(writer => List(writer, demands.Mediators.Order(StringComparer.Ordinal), static (to, label) => to.WriteStringValue(label))),
        };
    }

    /// <summary>One demand, always the same text for the same demand.</summary>
    public static JsonElement Write(Demand demand) => Element(writer => Write(writer, demand));

    private static void Write(Utf8JsonWriter writer, Demand demand)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(demand.Id);
        switch (demand)
        {
            case NeverTogether never:
                Labels(writer, never.Labels);
                break;
            case NoFlow flow:
                writer.WriteStartObject();
                writer.WriteString("from", flow.From);
                writer.WriteString("to", flow.To);
                writer.WriteBoolean("transitively", flow.Transitively);
                Labels(writer, "except-through", flow.ExceptThrough);
                writer.WriteEndObject();
                break;
            case OnlySharesWith only:
                writer.WriteStartObject();
                writer.WriteString("label", only.Label);
                Labels(writer, "others", only.Others);
                writer.WriteEndObject();
                break;
            case RunsAlone alone:
                writer.WriteStringValue(alone.Label);
                break;
            case LabelIs label:
                writer.WriteStartObject();
                writer.WriteString("vm", label.Vm);
                writer.WriteString("label", label.Label);
                writer.WriteEndObject();
                break;
            case ResourceOnly only:
                writer.WriteStartObject();
                writer.WriteString("resource", only.Resource);
                Labels(writer, "labels", only.Labels);
                writer.WriteEndObject();
                break;
            case PolicyUnchanged:
                writer.WriteBooleanValue(true);
                break;
            case EnforcedBy by:
                writer.WriteStringValue(by.AtLeast == GuaranteeStrength.Enforced ? "hypervisor" : "gate");
                break;
            case GuaranteeHolds holds:
                writer.WriteStringValue(holds.Guarantee);
                break;
            default:
                throw new ArgumentException($"no JSON for {demand.Id}", nameof(demand));
        }

        writer.WriteEndObject();
    }

    private static void Labels(Utf8JsonWriter writer, string name, ImmutableArray<string> labels)
    {
        writer.WritePropertyName(name);
        Labels(writer, labels);
    }

    private static void Labels(Utf8JsonWriter writer, ImmutableArray<string> labels) => List(writer, labels, static (to, label) => to.WriteStringValue(label));

    private static void List<T>(Utf8JsonWriter writer, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray();
        foreach (var item in items)
        {
            write(writer, item);
        }

        writer.WriteEndArray();
    }

    private static JsonElement Element(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    // What a stranger may ask costs less than a quote: every demand is proven from the policy, and lists of labels are compared pair by pair.
    private static readonly DemandGrammar Bounds = new() { MaxDemands = ProtocolLimits.MaxDemands, MaxLabels = ProtocolLimits.MaxDemandLabels };
}
