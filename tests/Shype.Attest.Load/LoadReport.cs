using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Shype.Attest.Load;

/// <summary>What was measured, each figure beside what bounds it.</summary>
/// <param name="title">What was measured, and how.</param>
internal sealed class LoadReport(FormattableString title)
{
    private readonly List<Figure> _figures = [];

    /// <summary>Whether all went as it should: no answer that is not affirming.</summary>
    public bool IsWhole { get; set; } = true;

    /// <summary>Adds a figure.</summary>
    public void Add(string name, double value, string unit) => _figures.Add(new Figure(name, value, unit, null, null));

    /// <summary>Adds a figure that a bound belongs to.</summary>
    public void Add(string name, double value, string unit, double bound, string boundName) => _figures.Add(new Figure(name, value, unit, bound, boundName));

    /// <summary>Prints all, with how busy the machine was.</summary>
    public void Write(TextWriter output, MachineLoad machine, bool isJson)
    {
        if (isJson)
        {
            output.WriteLine(Json(machine).ToJsonString(new JsonSerializerOptions(JsonSerializerOptions.Default) { WriteIndented = true }));
            return;
        }

        output.WriteLine(FormattableString.Invariant(title));
        output.WriteLine(machine.ToString());
        output.WriteLine();
        var width = _figures.Max(figure => figure.Name.Length);
        foreach (var figure in _figures)
        {
            output.WriteLine($"  {figure.Name.PadRight(width)}  {Text(figure.Value),10} {figure.Unit,-5} {Against(figure)}".TrimEnd());
        }

        if (!IsWhole)
        {
            output.WriteLine();
            output.WriteLine("NOT WHOLE: some answers were not affirming, or a deadline was missed; the figures say nothing");
        }
    }

    private static string Against(Figure figure) => figure is { Bound: { } bound, BoundName: { } name }
        ? $"  {Text(Math.Round(figure.Value / bound, 4))} x {Text(bound)} {name}"
        : "";

    private JsonObject Json(MachineLoad machine) => new()
    {
        ["measured"] = FormattableString.Invariant(title),
        ["machine"] = machine.ToJson(),
        ["whole"] = IsWhole,
        ["figures"] = new JsonArray([.. _figures.Select(figure => figure.ToJson())]),
    };

    private static string Text(double value) => value.ToString(Math.Abs(value) >= 1000 ? "#,0" : "0.####", CultureInfo.InvariantCulture);

    private sealed record Figure(string Name, double Value, string Unit, double? Bound, string? BoundName)
    {
        public JsonObject ToJson()
        {
            var figure = new JsonObject { ["name"] = Name, ["value"] = Value, ["unit"] = Unit };
            if (Bound is { } bound)
            {
                (figure["bound"], figure["boundName"], figure["ratio"]) = (bound, BoundName, Value / bound);
            }

            return figure;
        }
    }
}
