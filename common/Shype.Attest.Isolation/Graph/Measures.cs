namespace Shype.Attest.Isolation.Graph;

/// <summary>Every distance of the picture, in pixels.</summary>
internal static class Measures
{
    public const int Margin = 28;
    public const int Gap = 18;
    public const int Padding = 12;
    public const int TitleY = 46;
    public const int TitleSize = 21;
    public const int TextSize = 13;
    public const int SmallSize = 11;
    public const int LineHeight = 20;
    public const int HeadingHeight = 34;
    public const int IslandGap = 12;
    public const int CardHeight = 32;
    public const int CardInset = 6;
    public const int CardGap = 8;
    public const int TagHeight = 20;
    public const int TagGap = 6;
    public const int TagInset = 8;
    public const int MaxTagWidth = 132;
    public const int RailInset = 20;
    public const int RailGap = 20;
    public const int RailOverhang = 10;
    public const int BusInset = 22;
    public const int BusGap = 16;
    public const int NameWidth = 214;
    public const int VmsWidth = 470;
    public const int ResourcesWidth = 330;
    public const int SetWidth = 128;
    public const int SetHead = 24;
    public const int LegendHeight = 64;

    /// <summary>VMs drawn for one label; the rest is a number.</summary>
    public const int MaxVmsShown = 60;
}
